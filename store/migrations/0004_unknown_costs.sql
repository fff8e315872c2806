-- Why a cost is not known, and how a success came about. Of what was booked before, both stay zero until it is booked anew
-- (pianola cost rebook).

ALTER TABLE account_sums ADD COLUMN without_price BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_sums ADD COLUMN designed_escalations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_deltas ADD COLUMN without_price BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_deltas ADD COLUMN designed_escalations BIGINT NOT NULL DEFAULT 0;
