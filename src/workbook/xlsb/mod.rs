//! .xlsb ([MS-XLSB], the binary form of SpreadsheetML).
//!
//! In: the package. Out: cells with what their formats and fonts say, from records that are inflated and read one at a time;
//! no count that the file claims reserves memory. Formulas are told by their kind of record and never parsed. Left out on
//! purpose: pictures, macros, tables.

mod record;
mod sheet;
mod style;

use self::record::Records;
use self::sheet::{Book, RichText};
use self::style::Styles;
use super::rows::Budget;
use super::{Container, Error, Limit, Limits, Sheet, Workbook, properties, stream};
use crate::opc::{Package, Relationship};

/// The sheets of the workbook.
pub(super) fn read(package: &Package, limits: &Limits) -> Result<Workbook, Error> {
    let relationships = |part: &str| {
        let list = package.relationships(part);
        list.map_err(|error| Error::from_package(error, limits))
    };
    let part_of = |list: &[Relationship], kind: &str| {
        let found = list.iter().find(|relationship| relationship.kind == kind);
        found
            .map(|relationship| relationship.target.clone())
            .filter(|part| package.has(part))
    };
    let root = relationships("")?;
    let workbook_part = part_of(&root, "officeDocument").ok_or_else(|| Error::Damaged("_rels/.rels".to_owned()))?;
    let related = relationships(&workbook_part)?;
    let records = |part: &str, read: &mut dyn FnMut(Records<'_>) -> Result<(), Error>| {
        stream(package, part, limits, |source| read(Records::new(part, source)))
    };

    let mut book = Book {
        styles: Styles::default(),
        texts: Vec::new(),
        is_1904: false,
        never_computed: false,
    };
    let mut tabs = Vec::new();
    records(&workbook_part, &mut |records| {
        tabs = read_tabs(records, &mut book, limits)?;
        Ok(())
    })?;
    if let Some(part) = part_of(&related, "styles") {
        records(&part, &mut |records| {
            book.styles = Styles::read(records)?;
            Ok(())
        })?;
    }
    if let Some(part) = part_of(&related, "sharedStrings") {
        records(&part, &mut |records| {
            book.texts = read_texts(records, limits)?;
            Ok(())
        })?;
    }

    let mut budget = Budget::new(limits);
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut parts: Vec<&str> = Vec::new();
    for tab in tabs {
        let Some(found) = related.iter().find(|relationship| relationship.id == tab.relationship) else {
            return Err(Error::Damaged(tab.name));
        };
        // Charts, dialogs and macro sheets hold no cells.
        if found.kind != "worksheet" {
            continue;
        }
        // Two sheets in one part would let a small file cost any number of times its size.
        if sheets.iter().any(|sheet| sheet.name == tab.name) || parts.contains(&found.target.as_str()) {
            return Err(Error::Damaged(tab.name));
        }
        parts.push(&found.target);
        records(&found.target, &mut |records| {
            let mut sheet = sheet::read(records, tab.name.clone(), &book, &mut budget)?;
            sheet.hidden = tab.hidden;
            sheets.push(sheet);
            Ok(())
        })?;
    }
    let custom = part_of(&root, "custom-properties").unwrap_or_default();
    Ok(Workbook {
        container: Container::Xlsb,
        sheets,
        properties: properties::read(package, &custom, "property"),
    })
}

/// A sheet as the workbook part lists it.
struct Tab {
    name: String,
    hidden: bool,
    relationship: String,
}

/// The sheets in tab order, and what the workbook says of all of them ([MS-XLSB] 2.1.7.62).
fn read_tabs(mut records: Records<'_>, book: &mut Book, limits: &Limits) -> Result<Vec<Tab>, Error> {
    const END: u16 = 132;
    const PROPERTIES: u16 = 153;
    const SHEET: u16 = 156;
    const CALCULATION: u16 = 157;
    let mut tabs = Vec::new();
    while let Some((kind, mut fields)) = records.until(END)? {
        match kind {
            PROPERTIES => book.is_1904 = fields.u32()? & 1 != 0,
            SHEET => {
                let hidden = fields.u32()? != 0;
                fields.bytes(4)?;
                let relationship = fields.text()?.unwrap_or_default();
                tabs.push(Tab {
                    name: fields.wanted_text()?,
                    hidden,
                    relationship,
                });
                if tabs.len() > limits.sheets {
                    return Err(Error::TooLarge(Limit::Sheets(limits.sheets)));
                }
            }
            CALCULATION => {
                // The engine, the mode, how often and how exactly to iterate, the threads; then bit 0, fFullCalcOnLoad.
                fields.bytes(24)?;
                book.never_computed = fields.u16()? & 1 != 0;
            }
            _ => {}
        }
    }
    Ok(tabs)
}

/// The texts that cells share ([MS-XLSB] 2.1.7.45).
fn read_texts(mut records: Records<'_>, limits: &Limits) -> Result<Vec<RichText>, Error> {
    const ITEM: u16 = 19;
    const END: u16 = 160;
    let mut texts = Vec::new();
    while let Some((kind, fields)) = records.until(END)? {
        if kind == ITEM {
            texts.push(RichText::read(fields)?);
        }
        if texts.len() > limits.shared_strings {
            return Err(Error::TooLarge(Limit::SharedStrings(limits.shared_strings)));
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests;
