-- Which item of a batch an execution is, as JSON: {"batch", "item", "items"}, of the first item also "inputs", those of
-- all items. Null where it is none. "batch" is the first item's execution.
ALTER TABLE execution_starts ADD COLUMN batch TEXT;
