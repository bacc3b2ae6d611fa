//! The helper that cites legal texts.

use super::{Arguments, Helper, arity, family, wrong_argument};
use crate::legal::Register;
use crate::schema::Schema;
use crate::template::expression::{Call, Expr, Family, Fault, Kind, Literal, Val};
use crate::text;
use crate::vietnamese;

/// `legal_bases "SUBJECT" DATE`
pub const LEGAL_BASES: Helper = Helper {
    name: "legal_bases",
    usage: "legal_bases \"LĨNH_VỰC\" NGÀY",
    vi: "các văn bản pháp luật của lĩnh vực còn hiệu lực vào một ngày; mỗi văn bản có citation, short, kind, number, name, issuer, date",
    en: "the legal texts of a subject in force on a day; each has citation, short, kind, number, name, issuer, date",
    example: ("#each (legal_bases \"thi-dua-khen-thuong\" thong_tin.ngay)", ""),
    named: &[],
    check,
    call,
};

fn check(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 2, 2)?;
    let Some(Expr::Literal(Literal::Text(subjects))) = call.arguments.first() else {
        let wanted = text!("lĩnh vực trong dấu ngoặc kép", "a subject in quotation marks");
        return Err(wrong_argument(call.helper, 0, &wanted));
    };
    let known = schema.legal.subjects();
    let unknown = subjects.split_whitespace().find(|subject| !known.contains(subject));
    if unknown.is_some() || subjects.trim().is_empty() {
        let name = unknown.unwrap_or_default();
        let all = known.join(", ");
        return Err(Fault::new(
            "mau/linh-vuc-la",
            text!(
                "không có căn cứ pháp lý nào của lĩnh vực “{name}”",
                "there are no legal bases of the subject “{name}”"
            ),
        )
        .hint(Some(match vietnamese::nearest(name, known.iter().copied()) {
            Some(near) => text!("có phải \"{near}\"?", "did you mean \"{near}\"?"),
            None => text!("các lĩnh vực: {all}", "subjects: {all}"),
        })));
    }
    family(schema, call, 1, Family::Date)?;
    call.legal = Some(schema.legal.clone());
    Ok(Kind::LegalBases)
}

fn call<'a>(arguments: &Arguments<'_, 'a>) -> Val<'a> {
    let (subjects, day) = (arguments.value(0), arguments.value(1));
    let legal: Option<&Register> = arguments.call.legal.as_ref();
    match (legal, subjects.text(), day.date()) {
        (Some(legal), Some(subjects), Some(day)) => Val::LegalBases(legal.in_force(subjects, day).into()),
        _ => Val::Missing,
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Lang;
    use crate::template::tests::{body, dataset, docx, schema, shown};
    use crate::template::{Options, Template};

    fn filled(source: &str) -> String {
        let schema = schema();
        let (template, _) = Template::compile(docx(&body(source)), &schema, &Options::default())
            .unwrap_or_else(|faults| panic!("{}", faults.print(Lang::En)));
        let (bytes, _) = template.fill(&dataset()).expect("filled");
        let package = crate::opc::Package::read(bytes, &crate::opc::Limits::default()).expect("a package");
        shown(&package.text("word/document.xml").expect("the document"))
    }

    #[test]
    fn legal_texts_are_gone_through_like_rows() {
        let found = filled(
            "{{#each (legal_bases \"thi-dua-khen-thuong\" thong_tin.ngay)}}\n\
             {{@number}}. {{short}}, {{kind}}, {{default number \"?\"}}, {{issuer}}, {{date}}, {{date from \"long\"}}{{#if note}} x{{/if}}{{#if @last}}.{{/if}}\n\
             {{/each}}\n\
             {{count (legal_bases \"van-thu thi-dua-khen-thuong\" thong_tin.ngay)}} văn bản",
        );
        for part in [
            "1. Luật Thi đua, khen thưởng, Luật, 06/2022/QH15, Quốc hội, 15/6/2022, ngày 01 tháng 01 năm 2024",
            "2. Nghị định số 152/2025/NĐ-CP, Nghị định, 152/2025/NĐ-CP, Chính phủ, 14/6/2025, ngày 01 tháng 7 năm 2025",
            "3. Thông tư số 15/2025/TT-BNV, Thông tư, 15/2025/TT-BNV, Bộ trưởng Bộ Nội vụ, 04/8/2025, ngày 05 tháng 8 năm 2025.",
            "04 văn bản",
        ] {
            assert!(found.contains(part), "“{part}” is not in\n{found}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_when_the_template_is_compiled() {
        for (source, expected) in [
            (
                "{{#each (legal_bases \"thi-dua-khen-thuog\" thong_tin.ngay)}}x{{/each}}",
                ["mau/linh-vuc-la", "\"thi-dua-khen-thuong\""],
            ),
            (
                "{{#each (legal_bases \"zzzz\" thong_tin.ngay)}}x{{/each}}",
                ["mau/linh-vuc-la", "các lĩnh vực"],
            ),
            (
                "{{#each (legal_bases thong_tin.ten_xa thong_tin.ngay)}}x{{/each}}",
                ["mau/sai-doi-so", "lĩnh vực"],
            ),
            (
                "{{#each (legal_bases \"van-thu\" thong_tin.ten_xa)}}x{{/each}}",
                ["mau/sai-doi-so", "một ngày"],
            ),
            (
                "{{legal_bases \"van-thu\" thong_tin.ngay}}",
                ["mau/khong-in-duoc", "#each"],
            ),
            (
                "{{#each (legal_bases \"van-thu\" thong_tin.ngay)}}{{citatoin}}{{/each}}",
                ["mau/truong-la", "citation"],
            ),
            (
                "{{sum (legal_bases \"van-thu\" thong_tin.ngay) \"number\"}}",
                ["mau/sai-doi-so", "căn cứ pháp lý"],
            ),
        ] {
            let faults = Template::compile(docx(&body(source)), &schema(), &Options::default());
            let said = faults.expect_err("a fault").print(Lang::Vi);
            for part in expected {
                assert!(said.contains(part), "“{part}” is not in\n{said}");
            }
        }
    }
}
