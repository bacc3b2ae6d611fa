//! Texts in TCVN3 and VNI to Unicode.

use super::Workbook;

/// Decodes what is in a legacy encoding, by the font of the cell and by the text itself.
pub(super) fn decode(_workbook: &mut Workbook) {}
