"""Articles, case studies, the files and the blocks they are made of."""
