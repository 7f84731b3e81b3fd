-- Putting a document in force.

-- take_document puts it in force. A smaller bucket loses what does not fit. The next Advance finds out which step is due.
local function take_document(version, format, document, plan, figures)
  read_document(figures, rules)
  rules.version, rules.due = version, 0
  room.format = max(room.format, format)
  changed.rules, changed.document, changed.plan = true, document, plan
  fill()
end
