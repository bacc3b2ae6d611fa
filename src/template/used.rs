//! Which fields of a schema the templates of a pack use, so that a field nobody prints can be told to the pack's author.

use std::collections::BTreeSet;

/// Fields of a schema that are used, by the numbers of sheet and field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    fields: BTreeSet<(usize, usize)>,
}

impl Used {
    /// Adds a field.
    pub fn add(&mut self, sheet: usize, field: usize) {
        self.fields.insert((sheet, field));
    }

    /// Adds all that another has.
    pub fn extend(&mut self, other: Self) {
        self.fields.extend(other.fields);
    }

    /// Whether a field is used.
    pub fn has(&self, sheet: usize, field: usize) -> bool {
        self.fields.contains(&(sheet, field))
    }
}

#[cfg(test)]
mod tests {
    use crate::template::TextTemplate;
    use crate::template::tests::schema;

    /// Names of the fields that a line uses.
    fn used(line: &str) -> String {
        let schema = schema();
        let used = TextTemplate::compile(line, &schema).unwrap().used();
        let mut names = Vec::new();
        for (number, sheet) in schema.sheets.iter().enumerate() {
            let fields = sheet.fields.iter().enumerate();
            let own = fields.filter(|(field, _)| used.has(number, *field));
            names.extend(own.map(|(_, field)| format!("{}.{}", sheet.id, field.id)));
        }
        names.join(" ")
    }

    #[test]
    fn fields_are_used_by_paths_columns_conditions_and_names_of_blocks() {
        for (line, expected) in [
            ("{{thong_tin.ten_xa}}", "thong_tin.ten_xa"),
            ("{{#with thong_tin}}{{nam}}{{/with}}", "thong_tin.nam"),
            (
                "{{#if thong_tin.huyen}}a{{else if thong_tin.nam}}b{{/if}}",
                "thong_tin.nam thong_tin.huyen",
            ),
            ("{{#each khen}}{{@number}}{{/each}}", ""),
            ("{{#each khen as |k|}}{{k.cap}}{{/each}}", "khen.cap"),
            (
                "{{#each khen}}{{#if ty_le}}x{{/if}}{{else}}{{thong_tin.nam}}{{/each}}",
                "thong_tin.nam khen.ty_le",
            ),
            ("{{sum khen \"so_luong\"}}", "khen.so_luong"),
            (
                "{{join (where khen \"cap\" \"Tỉnh\") \"so_luong\"}}",
                "khen.cap khen.so_luong",
            ),
            (
                "{{#each (group khen \"cap\")}}{{sum items \"so_luong\"}}{{/each}}",
                "khen.cap khen.so_luong",
            ),
            ("{{chi_tieu.trong_rung.thuc_hien}}", "chi_tieu.ma chi_tieu.thuc_hien"),
            ("{{#each noi_nhan}}{{this}}{{/each}}", "noi_nhan.ten"),
            ("{{noi_nhan.0}}", "noi_nhan.ten"),
            ("{{join noi_nhan separator=\", \"}}", "noi_nhan.ten"),
            ("{{khen.length}} {{! thong_tin.nam }}", ""),
        ] {
            assert_eq!(used(line), expected, "{line}");
        }
    }
}
