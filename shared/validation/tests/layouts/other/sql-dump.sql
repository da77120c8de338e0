INSERT INTO records VALUES (1, 'a', 'b');
INSERT INTO records VALUES (2, 'c', 'd');
INSERT INTO records VALUES (3, 'e', 'f');
