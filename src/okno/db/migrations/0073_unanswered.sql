-- Since when the customer waited as his conversation was closed without an answer: who opens it again finds him waiting.
ALTER TABLE conversation ADD COLUMN unanswered_since timestamptz;
