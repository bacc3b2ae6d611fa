//! What is said of a legal text that is cited on a day on which it is not in force.

use jiff::civil::Date;

use super::{Basis, Force, Register};
use crate::diagnostic::Text;
use crate::text;
use crate::vietnamese::date_short;

impl Register {
    /// Code, message and hint for a text that is cited on a day on which it is not in force; `None` when it is.
    pub fn out_of_force(&self, basis: &Basis, day: Date) -> Option<(&'static str, Text, Text)> {
        let (name, on) = (basis.short(), date_short(day));
        match basis.force(day) {
            Force::In => None,
            Force::Expired(since) => {
                let since = date_short(since);
                let message = text!(
                    "{name} hết hiệu lực từ ngày {since}, văn bản này ghi ngày {on}",
                    "“{name}” is out of force since {since}, this document is dated {on}"
                );
                let hint = match names(self.successors(basis, day)) {
                    Some(others) => text!("thay bằng {others}", "cite {others} instead"),
                    None => Text::new(
                        "bỏ căn cứ này, hoặc viện dẫn văn bản thay thế",
                        "leave it out, or cite what replaces it",
                    ),
                };
                Some(("can-cu/het-hieu-luc", message, hint))
            }
            Force::Not(from) => {
                let from = date_short(from);
                let message = text!(
                    "{name} có hiệu lực từ ngày {from}, sau ngày của văn bản này là {on}",
                    "“{name}” is in force from {from} on, after this document's date {on}"
                );
                let hint = match names(self.predecessors(basis, day)) {
                    Some(others) => text!("vào ngày ấy viện dẫn {others}", "on that day cite {others}"),
                    None => Text::new(
                        "xem lại ngày ban hành, hoặc bỏ căn cứ này",
                        "look at the date, or leave it out",
                    ),
                };
                Some(("can-cu/chua-hieu-luc", message, hint))
            }
        }
    }
}

fn names(bases: Vec<&Basis>) -> Option<String> {
    let names: Vec<String> = bases.into_iter().map(Basis::short).collect();
    (!names.is_empty()).then(|| names.join("; "))
}
