//! The workbook part of a marked copy (ECMA-376 part 1, 18.2.27): one more sheet, at the end, so that the numbers by which
//! names, links and views know the others stay right.

use super::xml::{self, Edits, Element};
use crate::opc::{self, Package, Relationship, escape_attribute};

/// Children of the workbook that stand before the defined names.
const BEFORE_NAMES: [&str; 4] = ["sheets", "functionGroups", "externalReferences", "bookViews"];

/// A sheet as the workbook part names it.
#[derive(Clone, Debug)]
pub(super) struct Tab {
    pub name: String,
    /// The part, where the sheet is a worksheet.
    pub part: Option<String>,
}

/// The workbook part.
pub(super) struct Book {
    pub part: String,
    source: String,
    elements: Vec<Element>,
    pub relationships: Vec<Relationship>,
    pub tabs: Vec<Tab>,
    pub is_strict: bool,
}

impl Book {
    pub fn read(package: &Package) -> Result<Self, opc::Error> {
        let main = package.relationships("")?;
        let main = main
            .into_iter()
            .find(|relationship| relationship.kind == "officeDocument");
        let part = main
            .ok_or_else(|| opc::Error::Missing("xl/workbook.xml".to_owned()))?
            .target;
        let source = package.text(&part)?;
        let elements = xml::outline(&source, 2)?;
        let relationships = package.relationships(&part)?;
        let mut tabs = Vec::new();
        opc::for_each_element(source.as_bytes(), |element| {
            if element.local_name().as_ref() == "sheet" {
                let id = opc::attribute(element, "id").unwrap_or_default();
                let target = relationships.iter().find(|relationship| relationship.id == id);
                let target = target.filter(|relationship| relationship.kind == "worksheet");
                tabs.push(Tab {
                    name: opc::attribute(element, "name").unwrap_or_default(),
                    part: target.map(|relationship| relationship.target.clone()),
                });
            }
        })?;
        let is_strict = source.contains(super::main_namespace(true));
        Ok(Self {
            part,
            source,
            elements,
            relationships,
            tabs,
            is_strict,
        })
    }

    /// The folder of the part, with a slash at its end.
    pub fn folder(&self) -> &str {
        self.part.split_at(self.part.rfind('/').map_or(0, |at| at + 1)).0
    }

    fn child(&self, name: &str) -> Option<&Element> {
        self.elements
            .iter()
            .find(|element| element.depth == 1 && element.name == name)
    }

    /// The part with the list shown first when it is opened; `new` are the name and the relationship of a list that is not
    /// there yet, `index` is its tab, `header_row` counts from 1.
    pub fn write(&self, index: usize, header_row: usize, new: Option<(&str, &str)>) -> Result<String, opc::Error> {
        let root = xml::root(&self.elements)?;
        let prefix = xml::prefix(&self.source, root);
        let missing = || opc::Error::Missing("sheets".to_owned());
        let sheets = self.child("sheets").ok_or_else(missing)?;
        let mut edits = Edits::new(&self.source);
        if let Some((name, id)) = new {
            let numbers = self.elements.iter().filter(|element| element.name == "sheet");
            let numbers = numbers.filter_map(|sheet| sheet.attribute(&self.source, "sheetId")?.parse::<u32>().ok());
            let number = numbers.max().unwrap_or(0) + 1;
            let tag = self.source.get(root.tag.clone()).unwrap_or_default();
            let id = super::relationship_attribute(tag, id);
            let name = escape_attribute(name);
            edits.extend(
                sheets,
                &[],
                &format!("<{prefix}sheet name=\"{name}\" sheetId=\"{number}\"{id}/>"),
            );
        }
        let views: Vec<&Element> = self
            .elements
            .iter()
            .filter(|element| element.name == "workbookView")
            .collect();
        match views.first() {
            Some(view) => edits.extend(view, &[("activeTab", &index.to_string())], ""),
            None => {
                let views = format!("<bookViews><workbookView activeTab=\"{index}\"/></bookViews>");
                edits.insert(sheets.whole.start, xml::prefixed(&views, prefix));
            }
        }
        self.repeat_header(index, header_row, prefix, &mut edits);
        Ok(edits.apply())
    }

    /// The list's header stands on each printed page.
    fn repeat_header(&self, index: usize, header_row: usize, prefix: &str, edits: &mut Edits<'_>) {
        const NAME: &str = "_xlnm.Print_Titles";
        let number = index.to_string();
        let name = self.list_name(index).replace('\'', "''");
        let place = xml::escape(&format!("'{name}'!${header_row}:${header_row}"));
        let known = self.elements.iter().find(|element| {
            element.attribute(&self.source, "name") == Some(NAME)
                && element.attribute(&self.source, "localSheetId") == Some(&number)
        });
        if let Some(known) = known {
            edits.replace(known.inner(&self.source), place);
            return;
        }
        let name = format!("<definedName name=\"{NAME}\" localSheetId=\"{number}\">{place}</definedName>");
        let name = xml::prefixed(&name, prefix);
        match self.child("definedNames") {
            Some(names) => edits.extend(names, &[], &name),
            None => {
                let before = self
                    .elements
                    .iter()
                    .rfind(|element| element.depth == 1 && BEFORE_NAMES.contains(&element.name.as_str()));
                if let Some(before) = before {
                    edits.insert(
                        before.whole.end,
                        format!("<{prefix}definedNames>{name}</{prefix}definedNames>"),
                    );
                }
            }
        }
    }

    fn list_name(&self, index: usize) -> String {
        let names: Vec<String> = self.tabs.iter().map(|tab| tab.name.clone()).collect();
        names
            .get(index)
            .cloned()
            .unwrap_or_else(|| super::list::free_name(&names))
    }
}
