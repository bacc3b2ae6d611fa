//! .ods (OpenDocument 1.3 part 3), as LibreOffice, Excel and others write it.
//!
//! In: the package. Out: cells from `content.xml`, inflated and parsed as it is read; rows and cells that the file holds once
//! for many places are written out only where they hold something, within the limits. Fonts and number formats come from
//! `styles.xml` and `content.xml`. Left out on purpose: pictures, shapes, notes, tracked changes, tables within cells, sheets
//! of other files that are kept for their references, flat files (.fods).

mod content;
mod style;
mod value;

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Container, Error, Limits, Workbook, properties, stream};
use crate::opc::{Package, for_each_element};

/// The sheets of the workbook.
pub(super) fn read(package: &Package, limits: &Limits) -> Result<Workbook, Error> {
    // Part 2 of the standard, 4.8.
    let mut encrypted = false;
    let manifest = package.part("META-INF/manifest.xml").unwrap_or_default();
    let _ = for_each_element(&manifest, |element| {
        encrypted |= element.local_name().as_ref() == "encryption-data";
    });
    if encrypted {
        return Err(Error::Password);
    }
    let mut styles = style::Gathering::default();
    if package.has("styles.xml") {
        stream(package, "styles.xml", limits, |source| {
            events(source, "styles.xml", |event| styles.take_shared(event))
        })?;
    }
    let mut content = content::Content::new(styles, limits);
    stream(package, "content.xml", limits, |source| {
        events(source, "content.xml", |event| content.take(event))
    })?;
    Ok(Workbook {
        container: Container::Ods,
        sheets: content.finish()?,
        properties: properties::read(package, "meta.xml", "user-defined"),
    })
}

/// Calls `take` with each event of a part. Errors: damage, its end included.
fn events(
    source: &mut dyn BufRead,
    part: &str,
    mut take: impl FnMut(&Event<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = Reader::from_reader(source);
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    let mut depth = 0u64;
    loop {
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| Error::Damaged(format!("{part}: {error}")))?;
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            // A file that is cut short must not pass for one with fewer rows.
            Event::Eof if depth > 0 || reader.buffer_position() == 0 => return Err(Error::Damaged(part.to_owned())),
            Event::Eof => return Ok(()),
            _ => {}
        }
        take(&event)?;
        buffer.clear();
    }
}

#[cfg(test)]
mod tests;
