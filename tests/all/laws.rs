//! Laws over random values and templates.
