-- Fingerprint of labels and contents of the images that a file of predictions is of, as the file says it; null for other files.
alter table artifact add column judged text;
