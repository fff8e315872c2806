-- Why a cost is not known, how a success came about, and what better designs might have saved (retries, failures and
-- escalations). Of what was booked before, all are zero until it is booked anew (pianola cost rebook).

ALTER TABLE account_sums ADD COLUMN without_price BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_sums ADD COLUMN designed_escalations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_sums ADD COLUMN avoidable_nanos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_deltas ADD COLUMN without_price BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_deltas ADD COLUMN designed_escalations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_deltas ADD COLUMN avoidable_nanos BIGINT NOT NULL DEFAULT 0;
