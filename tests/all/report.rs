//! What the reports of the samples say.
