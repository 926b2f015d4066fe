-- What a customer writes in: told by his words until an operator says otherwise. Empty: not known.
ALTER TABLE conversation
  ADD COLUMN language       text NOT NULL DEFAULT '' CHECK (language ~ '^([a-z]{2,3})?$'),
  ADD COLUMN language_fixed boolean NOT NULL DEFAULT false; -- said by an operator
