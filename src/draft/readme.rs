//! The `README.md` of a new pack, for the person who goes on with it.

use super::plan::Plan;
use super::text::escaped;

/// Its text, in Vietnamese.
pub(super) fn write(plan: &Plan) -> String {
    let Plan { id, name, .. } = plan;
    let name = escaped(name);
    let sample = super::sample_name(plan);
    let mut out = format!(
        "# {name}\n\n\
         Thư mục này là gói báo cáo `{id}` của chương trình `baocao`.\n\n\
         | tệp | để làm gì |\n|---|---|\n\
         | `pack.toml` | tên gói, các trang và cột của sổ tính |\n\
         | `{source}` | lời văn của mẫu, có các thẻ `{{{{…}}}}` |\n\
         | `{template}` | mẫu Word tạo từ tệp trên; sửa thẳng bằng Word cũng được |\n\
         | `{sample}` | sổ tính điền sẵn để làm thử |\n\n\
         ## Việc thường làm\n\n\
         Mở cửa sổ lệnh ở thư mục chứa `{id}` rồi gõ:\n\n\
         \x20   baocao pack check {id}            kiểm tra gói sau mỗi lần sửa\n\
         \x20   baocao pack show {id}             kể các thẻ dùng được trong mẫu\n\
         \x20   baocao pack build {id}            tạo lại mẫu Word sau khi sửa {source}\n\
         \x20   baocao blank ./{id}               sổ tính trống để phát cho người điền\n\
         \x20   baocao render {id}/{sample} --pack ./{id}\n\n\
         Mẫu Word đã sửa bằng Word thì không tạo lại từ `{source}` nữa: bỏ dòng `source` trong `pack.toml`.\n\n\
         ## Trang tính\n\n",
        source = super::SOURCE,
        template = super::TEMPLATE,
    );
    for sheet in &plan.sheets {
        let labels: Vec<String> = sheet
            .fields
            .iter()
            .filter(|field| field.derive.is_none())
            .map(|field| escaped(&field.label))
            .collect();
        out.push_str(&format!("- **{}**: {}.\n", escaped(&sheet.name), labels.join("; ")));
    }
    if !plan.advice.is_empty() {
        out.push_str("\n## Cần xem lại\n\n");
        for line in &plan.advice {
            out.push_str(&format!("- {}\n", escaped(line)));
        }
    }
    out
}
