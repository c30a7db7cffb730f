-- Words that are like others: Tesseract misreads a letter now and then.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
