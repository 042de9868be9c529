-- Refuses a body that is too large, and takes what its client still sends for a while: one that
-- reads only after it has written would otherwise see a reset and no answer.
local PATIENCE_S, MOST_BYTES = 5, 256 * 1024 * 1024

core.register_service("too_large", "http", function(applet)
  local limit = applet:get_var("txn.body_limit")
  local body = '{"type":"about:blank","tier":"gateway","title":"Content Too Large","status":413,'
    .. '"detail":"a body has at most ' .. limit .. ' bytes"}'
  applet:set_status(413)
  applet:add_header("content-type", "application/problem+json")
  applet:add_header("content-length", tostring(#body))
  applet:add_header("connection", "close")
  applet:start_response()
  applet:send(body)
  local ends, taken = core.now().sec + PATIENCE_S, 0
  repeat
    local part = applet:receive(1024 * 1024)
    taken = taken + #part
  until #part == 0 or taken >= MOST_BYTES or core.now().sec >= ends
end)
