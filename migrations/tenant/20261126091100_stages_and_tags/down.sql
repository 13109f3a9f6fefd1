DROP TABLE tags;
DROP TABLE stages;
