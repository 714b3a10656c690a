-- For wrk: posts the requests in a file one by one, and prints the results as JSON.
-- wrk -s load.lua URL -- FILE, where each line of FILE is a signature, a space and a form post.
local requests, count, sent = {}, 0, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local signature, body = line:match("^(%S+) (.*)$")
    count = count + 1
    requests[count] = wrk.format("POST", nil, {
      ["Host"] = "sms.example.com",
      ["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8",
      ["User-Agent"] = "TwilioProxy/1.1",
      ["Accept"] = "*/*",
      ["X-Twilio-Signature"] = signature,
    }, body)
  end
end

function request()
  sent = sent % count + 1
  return requests[sent]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"perSecond":%.1f,"p50Ms":%.3f,"p99Ms":%.3f,"maxMs":%.3f,"failed":%d,"answered":%d}\n',
    summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout, summary.requests))
end
