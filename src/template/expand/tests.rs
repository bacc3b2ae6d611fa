//! Small packages in memory.
