-- The number of the last commit and the session that made it, held against .painstats.checksum after a kill.
CREATE TABLE commit_mark (commits BIGINT NOT NULL, session VARCHAR NOT NULL);
INSERT INTO commit_mark VALUES (0, '');
