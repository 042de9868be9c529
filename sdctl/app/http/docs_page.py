"""/docs: the service's routes for people, with a request to copy for each. It needs nothing from
elsewhere and holds no key."""

from __future__ import annotations

PAGE = r"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The reference service</title>
<style>
 body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
 h2 { margin: 2rem 0 0; font-size: 1.1rem } code, pre { font-family: ui-monospace, monospace }
 b { display: inline-block; min-width: 4rem } pre { background: #8881; padding: .7rem;
 overflow: auto } p { margin: .2rem 0 }
</style>
<h1>The reference service</h1>
<p>Everything under <code>/v1</code> needs the header <code>X-API-Key</code>. This gives the
examples below the key:</p>
<pre>eval "$(sdctl env --export)"   # sets SDCTL_API_KEY; `sdctl env` shows it</pre>
<p>Errors are <code>application/problem+json</code>, whoever refuses: the gateway, the load balancer
or the service. Only what is no valid HTTP request, or has too long a head, gets a 400 without it.
The machine-readable form is
<a href="openapi.json">openapi.json</a>.</p>
<main></main>
<script>
const add = (parent, tag, text) => {
  const node = parent.appendChild(document.createElement(tag));
  node.textContent = text ?? "";
  return node;
};
const example = (method, path, operation) => {
  const named = operation.parameters ?? [];
  const sample = name => named.find(one => one.name === name)?.schema?.examples?.[0]
    ?? name.toUpperCase();
  const given = named.filter(one => one.in === "query" && one.required)
    .map(one => `${one.name}=${sample(one.name)}`);
  const place = path.replace(/{(\w+)}/g, (_, name) => sample(name));
  const url = location.origin + place + (given.length ? `?${given.join("&")}` : "");
  const body = operation.requestBody?.content?.["application/json"]?.example;
  return [`curl -i '${url}'`, `-H "X-API-Key: $SDCTL_API_KEY"`,
    ...(body ? ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(body)}'`] : []),
    ...(method === "get" || body ? [] : [`-X ${method.toUpperCase()}`])].join(" \\\n  ");
};
fetch("openapi.json").then(answer => answer.json()).then(api => {
  const main = document.querySelector("main");
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const head = add(main, "h2");
      add(head, "b", method.toUpperCase());
      add(head, "code", path);
      add(main, "p", operation.summary);
      if (operation.description) add(main, "p", operation.description);
      for (const parameter of operation.parameters ?? [])
        add(main, "p", `${parameter.in} ${parameter.name}${parameter.required ? "" : " (optional)"}`
          + (parameter.description ? `: ${parameter.description}` : ""));
      add(main, "pre", example(method, path, operation));
      const body = operation.requestBody?.content?.["application/json"]?.schema;
      if (body) add(main, "pre", JSON.stringify(body, null, 2));
    }
});
</script></html>
"""
