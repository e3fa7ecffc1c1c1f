-- share_document: $1 run id, $2 config or summary, $3 writer, null for an edit → SharedDocumentRow
SELECT stored_text, is_shared, previous_text
FROM share_document($1, $2, $3);

-- select_sent_document: $1 run id, $2 config or summary, $3 writer → SentDocumentRow
-- The caller holds the run.
SELECT text
FROM run_document
WHERE run_id = $1 AND document = $2 AND writer = $3;

-- remember_document: $1 run id, $2 config or summary, $3 writer, $4 what it sent
SELECT remember_document($1, $2, $3, $4);

-- count_left_out: $1 run id, $2 config or summary, $3 writer, $4 keys that it is without
-- Each document is a whole one, so what one is without the next ones often are without too: counted once.
INSERT INTO run_stream AS s (run_id, stream, writer, epoch, next_line, rejected)
VALUES ($1, $2, $3, 0, 0, $4)
ON CONFLICT (run_id, stream, writer, epoch) DO UPDATE
SET rejected = excluded.rejected
WHERE s.rejected < excluded.rejected;
