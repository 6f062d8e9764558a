"""The parts that reports are put together from: facts in, tables and sentences out."""
