"""A small client for documents, in the words of MongoDB's own shell; for `sdctl shell documents`.

    db.events.find({"kind": "click"}).sort({"at": -1}).limit(3)
    db.events.countDocuments({})          db.events.aggregate([{"$group": ...}])
    db.mine.insertOne({"a": 1})           db.mine.updateMany({"a": 1}, {"$set": {"b": 2}})
    db.mine.deleteMany({"a": 1})          show collections

It asks the PostgreSQL of its own node, which does the work of the document store.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime

DATABASE = "sdctl"
FIRST = 20
"""So many are shown without a limit."""
TAKES = {
    "find": (0, (dict, dict)),
    "findOne": (0, (dict, dict)),
    "count": (0, (dict,)),
    "countDocuments": (0, (dict,)),
    "aggregate": (0, (list,)),
    "insertOne": (1, (dict,)),
    "insertMany": (1, (list,)),
    "updateOne": (2, (dict, (dict, list))),
    "updateMany": (2, (dict, (dict, list))),
    "deleteOne": (1, (dict,)),
    "deleteMany": (1, (dict,)),
}
"""Each method: how many arguments it must have, and what it takes. A write without a filter would
be done to every document, and an option that is not known would not be done."""
CALL = re.compile(r"\s*\.\s*(\w+)\s*\(")
STRING = re.compile(r"""("(?:[^"\\]|\\.)*")|'((?:[^'\\]|\\.)*)'""")
BARE = re.compile(r"([{,]\s*)([A-Za-z_$][\w$]*)\s*:")


class Wrong(Exception):
    """What was typed cannot be understood, or the store refuses it."""


def strict(text):
    """JSON of what JavaScript takes: keys without quotes, single quotes."""
    parts, end = [], 0
    for found in STRING.finditer(text):
        parts.append(BARE.sub(r'\1"\2":', text[end : found.start()]))
        parts.append(found[1] or json.dumps(found[2].replace("\\'", "'")))
        end = found.end()
    return "".join((*parts, BARE.sub(r'\1"\2":', text[end:])))


def calls(text):
    """The collection, and ``[(method, arguments)]``."""
    begin = re.match(r"\s*(?:db\s*\.\s*)?(\w+)(?=\s*\.)", text)
    if not begin:
        raise Wrong(
            f"no collection is named in: {text.strip()[:40]}\n"
            '→ Name it before a method: db.events.find({"kind": "click"}).limit(3)'
        )
    rest, chain = strict(text[begin.end() :]).rstrip().rstrip(";"), []
    while rest.strip():
        call = CALL.match(rest)
        if not call:
            raise Wrong(f"cannot be understood from here on: {rest.strip()[:40]}")
        rest, arguments = rest[call.end() :].lstrip(), []
        while not rest.startswith(")"):
            try:
                value, end = json.JSONDecoder().raw_decode(rest)
            except ValueError as error:
                raise Wrong(f"no JSON in {call[1]}(...): {error}") from None
            arguments.append(value)
            rest = rest[end:].lstrip().removeprefix(",").lstrip()
        rest = rest[1:]
        chain.append((call[1], arguments))
    return begin[1], chain


def check(method, given):
    """Refuse what MongoDB's shell refuses, before anything is written."""
    if method not in TAKES:
        raise Wrong(f"{method} is not known here: {', '.join(sorted(TAKES))}")
    least, kinds = TAKES[method]
    if len(given) < least:
        needs = "a filter and a change" if least == 2 else "one argument"
        example = {"deleteOne": ', such as {"a": 1}', "deleteMany": ", and {} is every document"}
        raise Wrong(f"{method}(...) needs {needs}{example.get(method, '')}: nothing was done")
    if len(given) > len(kinds):
        raise Wrong(f"{method}(...) takes no options here: {json.dumps(given[len(kinds)])}")
    for place, (value, kind) in enumerate(zip(given, kinds, strict=False), 1):
        if not isinstance(value, kind):
            wanted = "an array [...]" if kind is list else "an object {...}"
            raise Wrong(f"argument {place} of {method}(...) must be {wanted}")
    if method == "insertMany" and not all(isinstance(each, dict) for each in given[0]):
        raise Wrong("insertMany(...) takes an array of objects")
    if method.startswith("update") and not operates(given[1]):
        raise Wrong(
            f"the change of {method}(...) needs operators, such as "
            '{"$set": {"b": 2}}: without, it would replace the whole document'
        )


def operates(change):
    """Whether a change says what to do, and is no document to put in the place of another."""
    steps = change if isinstance(change, list) else [change]
    return bool(steps) and all(
        isinstance(step, dict) and step and all(key.startswith("$") for key in step)
        for step in steps
    )


def command(text):
    """The function to call, and its command."""
    if text.split() == ["show", "collections"]:
        return "list_collections_cursor_first_page", {"listCollections": 1, "nameOnly": True}
    name, [(method, given), *more] = calls(text)
    check(method, given)
    one, two = (*given, {}, {})[:2]
    if method in ("find", "findOne"):
        asked = {"find": name, "filter": one, "projection": two, "limit": FIRST}
        for option, values in more:
            if option not in ("limit", "sort", "skip") or len(values) != 1:
                raise Wrong(f"{option} is not known here: sort({{...}}), skip(N), limit(N) are")
            asked[option] = values[0]
        if method == "findOne":
            asked["limit"] = 1
        return "find_cursor_first_page", {**asked, "batchSize": asked["limit"], "singleBatch": True}
    if more:
        raise Wrong(f"nothing may follow {method}(...)")
    if method in ("count", "countDocuments"):
        return "count_query", {"count": name, "query": one}
    if method == "aggregate":
        return "aggregate_cursor_first_page", {
            "aggregate": name, "pipeline": given[0] if given else [], "cursor": {"batchSize": 1000}
        }  # fmt: skip
    if method in ("insertOne", "insertMany"):
        documents = [one] if method == "insertOne" else one
        return "insert", {"insert": name, "documents": documents}
    if method in ("updateOne", "updateMany"):
        update = {"q": one, "u": two, "multi": method == "updateMany"}
        return "update", {"update": name, "updates": [update]}
    limit = 0 if method == "deleteMany" else 1
    return "delete", {"delete": name, "deletes": [{"q": one, "limit": limit}]}


def plain(value):
    """Numbers and times as people write them."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(kind, inner)] = value.items()
        if kind in ("$numberInt", "$numberLong"):
            return int(inner)
        if kind == "$numberDouble" and inner not in ("NaN", "Infinity", "-Infinity"):
            return float(inner)
        if kind == "$oid":
            return inner
        if kind == "$date":
            at = datetime.fromtimestamp(plain(inner) / 1000, UTC)
            return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {key: plain(each) for key, each in value.items()}


def ask(function, asked):
    """The store's answer."""
    column = {"count_query": "document"}.get(function, "cursorpage")
    if function in ("insert", "update", "delete"):
        column = "p_result"
    query = (
        f"SELECT documentdb_core.bson_to_json_string({column})"
        f" FROM documentdb_api.{function}(:'database', :'command');"
    )
    given = {"ON_ERROR_STOP": "1", "database": DATABASE, "command": json.dumps(asked)}
    done = subprocess.run(
        ["psql", "-XqtA", "-h", "/var/run/postgresql", "-U", "postgres", "-d", "postgres",
         *(word for name, value in given.items() for word in ("-v", f"{name}={value}"))],
        input=query, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Wrong((done.stderr.strip().splitlines() or ["psql failed"])[0].partition("ERROR:")[2]
                    .strip() or done.stderr.strip())  # fmt: skip
    answer = plain(json.loads(done.stdout))
    if answer.get("writeErrors"):
        raise Wrong(answer["writeErrors"][0].get("errmsg", "refused"))
    return answer


def show(text):
    """Print the documents, a line each, or what was done."""
    function, asked = command(text)
    answer = ask(function, asked)
    if "cursor" in answer:
        names = "listCollections" in asked
        for each in answer["cursor"]["firstBatch"]:
            print(each["name"] if names else json.dumps(each, ensure_ascii=False))
    else:
        shown = {"n": "count", "nModified": "changed"}
        print(json.dumps({shown[key]: answer[key] for key in shown if key in answer}))


def main():
    """One command, or one after the other until Ctrl-D."""
    if words := " ".join(sys.argv[1:]):
        try:
            show(words)
        except Wrong as wrong:
            sys.exit(f"error: {wrong}")
        return
    import readline  # noqa: F401 - input() edits lines and remembers them with it

    print(__doc__.split("\n\n")[1])
    while True:
        try:
            text = input("documents> ").strip()
            if text in ("exit", "quit"):
                return
            if text:
                show(text)
        except Wrong as wrong:
            print(f"error: {wrong}")
        except KeyboardInterrupt:
            print()
        except EOFError:
            print()
            return


if __name__ == "__main__":
    main()
