-- A server that was found in the service discovery gets nothing before it has passed a check. HAProxy
-- itself takes it at its word until a first check fails (before 3.1, which has `init-state down`).
-- So a slot of the template is drained while nobody is in it, and until whoever comes has shown that
-- it is ready. Events come a moment after what they tell: who comes finds the slot drained already.
local function changed(event, data)
  local server = data.reference
  if not server then
    return
  end
  if event == "SERVER_INETADDR" then
    server:check_force_down() -- somebody else
  elseif not data.state.admin then
    if data.state.new_state ~= "STOPPED" then
      server:set_ready() -- by a check that it passed
    end
  elseif data.state.new_state == "STOPPED" then
    server:set_drain() -- it went
  else
    server:check_force_down() -- it came
  end
end

core.register_init(function()
  for _, server in pairs(core.backends["app"].servers) do
    server:set_drain()
  end
  core.event_sub({ "SERVER_STATE", "SERVER_INETADDR" }, changed)
end)
