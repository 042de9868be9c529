-- A server that was found in the service discovery is down until it has passed a check. HAProxy itself
-- takes it at its word until the first check fails (before 3.1, which has `init-state down`).
local function found(_, data)
  if data.state.admin and data.state.new_state ~= "STOPPED" and data.reference then
    data.reference:check_force_down()
  end
end

core.register_init(function()
  core.event_sub({ "SERVER_STATE" }, found)
end)
