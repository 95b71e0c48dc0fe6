-- What the book says of a customer's topics (states.toml) that no ticked fact holds: rows of a topic with its value.
-- That a thing never was is said only where others have such. A contract that does not renew by itself is over with its
-- last day. What stands in braces is put in by services/outreach/claims/record.py.
WITH agreed AS (SELECT CASE WHEN status = 'ended' OR (renews = 0 AND ends_on < :today) THEN 'cancelled'
                WHEN status = 'active' THEN 'running' END AS state FROM contracts WHERE customer_id = :id)
SELECT 'consent', CASE email_consent WHEN 'given' THEN 'given' WHEN 'withdrawn' THEN 'refused' END
  FROM customers WHERE id = :id
UNION SELECT 'deal', CASE stage WHEN 'Won' THEN 'won' WHEN 'Lost' THEN 'lost' ELSE 'open' END
  FROM opportunities WHERE customer_id = :id
UNION SELECT 'contract', state FROM agreed
UNION SELECT 'trial', iif(count(*) = sum(state = 'cancelled'), 'ended', NULL) FROM agreed
UNION SELECT 'email', CASE max(kind = 'replied') WHEN 1 THEN 'answered' ELSE 'opened' END FROM email_events
 WHERE customer_id = :id AND kind IN ('opened', 'clicked', 'replied') AND message =
       (SELECT message FROM email_events WHERE customer_id = :id AND kind = 'sent' ORDER BY happened_on DESC LIMIT 1)
HAVING count(*)
UNION SELECT 'invoice', CASE WHEN NOT {owed} THEN 'paid' WHEN status = 'partly paid' THEN 'part' ELSE 'unpaid' END
  FROM invoices i WHERE customer_id = :id AND amount_minor > 0 AND status IS NOT 'void'
UNION SELECT 'invoice', iif(min(status = 'void'), 'void', NULL) FROM invoices
 WHERE customer_id = :id AND amount_minor > 0
UNION SELECT 'due', iif(due_on < :today, 'late', 'in time') FROM invoices i
 WHERE customer_id = :id AND amount_minor > 0 AND due_on IS NOT NULL AND {owed}
UNION SELECT 'ticket', CASE WHEN status = 'solved' OR resolved_on IS NOT NULL THEN 'closed'
       WHEN status IS NOT NULL THEN 'open' END FROM tickets WHERE customer_id = :id
UNION SELECT 'handling', CASE WHEN min(satisfaction) >= 4 THEN 'good' WHEN max(satisfaction) <= 2 THEN 'poor' END
  FROM tickets WHERE customer_id = :id
UNION SELECT 'review', CASE WHEN min(rating) >= 4 THEN 'good' WHEN max(rating) <= 2 THEN 'bad' END
  FROM reviews WHERE customer_id = :id
UNION SELECT 'proposal', CASE max(stage NOT IN ('Identified', 'Qualified')) WHEN 1 THEN 'sent' WHEN 0 THEN 'none' END
  FROM opportunities WHERE customer_id = :id
UNION SELECT 'orders', iif(count(*) > 1, 'several', NULL) FROM orders WHERE customer_id = :id AND kind = 'purchase'
UNION SELECT 'known', iif(min(ordered_on) < date(:today, '-1 year'), 'long', NULL) FROM orders
 WHERE customer_id = :id AND kind = 'purchase'
UNION SELECT 'appointment', 'planned' FROM tasks
 WHERE customer_id = :id AND done_at IS NULL AND due_on >= :today AND title LIKE '%, __:__'
UNION SELECT 'use', CASE WHEN max(happened_on) > date(:today, '-14 days') THEN 'lately'
       WHEN max(happened_on) < date(:today, '-90 days') THEN 'silent' END
  FROM activities WHERE customer_id = :id AND kind <> 'store_visit'
   AND EXISTS (SELECT 1 FROM activities WHERE happened_on > date(:today, '-30 days'))
UNION SELECT 'return', 'returned' FROM orders WHERE customer_id = :id AND kind = 'return'
UNION SELECT 'since order', CASE WHEN max(ordered_on) > date(:today, '-14 days') THEN 'lately'
       WHEN max(ordered_on) > date(:today, '-42 days') THEN 'weeks ago'
       WHEN max(ordered_on) < date(:today, '-180 days') THEN 'long ago' END FROM orders
 WHERE customer_id = :id AND kind = 'purchase'
UNION SELECT 'visit', 'visited' FROM activities WHERE customer_id = :id AND kind = 'store_visit'
UNION SELECT 'talk', 'had' FROM conversations WHERE customer_id = :id AND channel <> '{unanswered}'
UNION SELECT 'since contact', iif(max(day) < date(:today, '-90 days'), 'long ago', NULL)
  FROM (SELECT happened_on AS day {spoken} UNION SELECT opened_on FROM tickets WHERE customer_id = :id
        UNION SELECT written_at FROM notes WHERE customer_id = :id
        UNION SELECT happened_on FROM email_events WHERE customer_id = :id AND kind = 'replied')
UNION SELECT 'talk', 'none' FROM (SELECT 1 FROM conversations LIMIT 1)
 WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE customer_id = :id)
   AND NOT EXISTS (SELECT 1 FROM notes WHERE customer_id = :id)
UNION SELECT 'ticket', 'none' FROM (SELECT 1 FROM tickets LIMIT 1)
 WHERE NOT EXISTS (SELECT 1 FROM tickets WHERE customer_id = :id)
UNION SELECT 'review', 'none' FROM (SELECT 1 FROM reviews LIMIT 1)
 WHERE NOT EXISTS (SELECT 1 FROM reviews WHERE customer_id = :id)
UNION SELECT 'invoice', 'none' FROM (SELECT 1 FROM invoices LIMIT 1)
 WHERE NOT EXISTS (SELECT 1 FROM invoices WHERE customer_id = :id)
UNION SELECT 'delivery', 'none' FROM (SELECT 1 FROM orders WHERE kind = 'purchase' LIMIT 1)
 WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = :id AND kind = 'purchase')
UNION SELECT 'return', 'kept' FROM (SELECT 1 FROM orders WHERE kind IN ('return', 'cancellation') LIMIT 1)
 WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = :id AND kind IN ('return', 'cancellation'))
