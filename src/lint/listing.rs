//! The rules as a page that people read: group by group, each with its code, severity, demand and source.

use super::Ruleset;
use crate::diagnostic::{Lang, Severity};
use crate::vietnamese::date_short;

impl Ruleset {
    /// The page, in Markdown.
    pub fn markdown(&self, lang: Lang) -> String {
        let (title, about, head) = match lang {
            Lang::Vi => (
                "Các quy tắc thể thức mà chương trình xét",
                format!(
                    "Bộ quy tắc `{}`: {}, áp dụng từ ngày {}. “Phụ lục I”, “Phụ lục III”, “Điều” là của Nghị định ấy.\n\n\
                     `baocao lint VĂN_BẢN.docx` xét văn bản đã soạn xong, của bất kỳ chương trình nào; `baocao pack check GÓI` \
                     xét các văn bản làm từ sổ tính mẫu của gói, trừ văn bản có `layout = \"free\"` trong `pack.toml`. Quy tắc \
                     mức *lỗi* thì phải sửa; mức *cảnh báo* là chỗ nghị định không nói rõ, theo thực tế trình bày, hoặc máy chỉ \
                     đoán được.\n\n\
                     Không xét: chữ trong bảng của nội dung, đường viền bảng, dấu đầu dòng, chú thích, vì nghị định không quy \
                     định; chữ ký, con dấu và dấu chỉ mức độ mật, khẩn, vì tệp không cho biết; viết hoa và chính tả. Dòng đầu lùi \
                     1,25 cm được coi như 1,27 cm.\n\n\
                     *Trang này do `baocao lint --rules` viết ra.*\n",
                    self.id,
                    self.name,
                    date_short(self.effective_from),
                ),
                "| Mã | Mức | Quy tắc | Nguồn |",
            ),
            Lang::En => (
                "The rules of layout that the program holds",
                format!(
                    "Ruleset `{}`: {}, in force since {}. Sources are parts of that decree.\n\n\
                     `baocao lint DOCUMENT.docx` looks at finished documents of any program; `baocao pack check PACK` at those made \
                     of a pack's samples, but for outputs with `layout = \"free\"` in `pack.toml`. *Errors* must be mended; \
                     *warnings* are where the decree is silent and practice rules, or where a program can only guess.\n\n\
                     Not looked at: text in tables of the body, their borders, bullets and notes, which the decree does not rule; \
                     signatures, seals and stamps, which no file shows; capitals and spelling. A first line indented by 1.25 cm is \
                     taken for 1.27 cm.\n\n\
                     *This page is what `baocao lint --rules` prints.*\n",
                    self.id, self.name, self.effective_from,
                ),
                "| Code | Severity | Rule | Source |",
            ),
        };
        let mut page = format!("# {title}\n\n{about}");
        for (vi, en, rules) in self.groups {
            let name = match lang {
                Lang::Vi => vi,
                Lang::En => en,
            };
            page.push_str(&format!("\n## {name}\n\n{head}\n|---|---|---|---|\n"));
            for rule in *rules {
                let (severity, demand) = match (rule.severity, lang) {
                    (Severity::Error, Lang::Vi) => ("lỗi", rule.demand.0),
                    (Severity::Warning, Lang::Vi) => ("cảnh báo", rule.demand.0),
                    (Severity::Error, Lang::En) => ("error", rule.demand.1),
                    (Severity::Warning, Lang::En) => ("warning", rule.demand.1),
                };
                page.push_str(&format!(
                    "| `{}` | {severity} | {demand} | {} |\n",
                    rule.code, rule.source
                ));
            }
        }
        page
    }
}
