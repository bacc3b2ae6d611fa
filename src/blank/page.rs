//! What all sheets share: paper, margins, footer, protection.

use rust_xlsxwriter::{ProtectionOptions, Worksheet};

/// Widest sheet, in digits, that stays legible on A4 upright; wider ones are turned.
const UPRIGHT: f64 = 130.0;

const PAPER_A4: u8 = 9;

/// Sets a sheet of a width in digits up for A4, one page wide, numbered at the foot.
pub fn set_up(sheet: &mut Worksheet, width: f64) {
    sheet
        .set_paper_size(PAPER_A4)
        .set_margins(0.6, 0.4, 0.6, 0.7, 0.3, 0.35)
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_footer("&C&\"Times New Roman,Regular\"&11Trang &P/&N")
        .set_screen_gridlines(false);
    if width > UPRIGHT {
        sheet.set_landscape();
    } else {
        sheet.set_portrait();
    }
}

/// Locks what isn't for filling in. Without a password: it guards against slips, not against people.
pub fn protect(sheet: &mut Worksheet) {
    let mut options = ProtectionOptions::new();
    options.format_cells = true;
    options.format_columns = true;
    options.format_rows = true;
    options.insert_rows = true;
    options.sort = true;
    options.use_autofilter = true;
    sheet.protect_with_options(&options);
}
