//! Raw calamine: every cell of every sheet through its streaming reader, counted and thrown away. `tests/bench/reading`
//! measures `baocao check` against it.

use std::error::Error;

use calamine::{DataRef, Reader, Xlsx, open_workbook};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("a workbook is needed")?;
    let mut workbook: Xlsx<_> = open_workbook(path)?;
    let (mut cells, mut bytes) = (0u64, 0usize);
    for name in workbook.sheet_names() {
        let mut reader = workbook.worksheet_cells_reader(&name)?;
        while let Some(cell) = reader.next_cell()? {
            match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::String(text) => bytes += text.len(),
                DataRef::SharedString(text) => bytes += text.len(),
                _ => {}
            }
            cells += 1;
        }
    }
    println!("{cells} cells, {bytes} bytes of text");
    Ok(())
}
