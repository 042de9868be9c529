# Runs Logstash's filter script without Logstash: run_lines.rb SCRIPT FAULT_FILE. Each line of stdin
# is a JSON object {"message", "path"}; each line of stdout the event that came of it, or null.
require "json"

# What the script uses of Logstash's event: values by a path such as [@metadata][id].
class Event
  def initialize(fields)
    @fields = fields
  end

  def get(path)
    steps(path).reduce(@fields) { |value, step| value.is_a?(Hash) ? value[step] : nil }
  end

  def set(path, value)
    *parents, last = steps(path)
    parents.reduce(@fields) { |inside, step| inside[step] ||= {} }[last] = value
  end

  def remove(path)
    @fields.delete(path)
  end

  def to_hash
    @fields.dup
  end

  private

  def steps(path)
    path.start_with?("[") ? path.scan(/\[([^\[\]]+)\]/).flatten : [path]
  end
end

script, fault = ARGV
# as the filter plugin reads it: not as a program
context = Object.new
context.instance_eval(File.read(script), script)
context.register("stack" => "sdctl", "fault" => fault)
$stdin.each_line do |line|
  made = context.filter(Event.new(JSON.parse(line)))
  puts JSON.generate(made.empty? ? nil : made.first.to_hash)
end
