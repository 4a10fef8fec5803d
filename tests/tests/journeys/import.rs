//! A file of divisions with a fault in it: named by row and column, and the store stays as it was.

use anyhow::Result;
use linli_tests::Neighbourhood;
use linli_tests::processes::program;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const HEAD: &str = "code,name,level,parent\n340603,相山区,district,\n";

fn import(data: &Path, file: &Path) -> Result<Output> {
    let mut command = Command::new(program("linli-relay")?);
    Ok(command.arg("import").arg("--divisions").arg(file).arg("--data").arg(data).output()?)
}

#[tokio::test]
async fn a_broken_file_is_named_by_row_column_and_reason_and_changes_nothing() -> Result<()> {
    let here = Neighbourhood::start().await?;
    let (data, file) = (here.path("relay"), here.path("divisions.csv"));
    let codes = || here.relay.store().read(|tx| tx.codes_under("340603"));
    let (before, version) = (codes()?, here.relay.store().version()?);

    let street = "340603099,新街道,street,340603\n";
    for (text, told) in [
        (format!("{HEAD}{street}340603O98,另街道,street,340603\n"), "row 4, column code: not_a_code"),
        (format!("{HEAD}{street}340603099,新街道,street,340603\n"), "row 4, column code: duplicate"),
        (format!("{HEAD}{street}340603098,,street,340603\n"), "row 4, column name: empty"),
        (format!("{HEAD}{street}340603098,另街道,village,340603\n"), "row 4, column level: level_unknown"),
        (
            format!("{HEAD}{street}340603098001,某社区,community,340603098\n"),
            "row 4, column parent: parent_not_in_file",
        ),
        (format!("{HEAD}{street}340603098,另街道\n"), "row 4, column : too_few_cells"),
        (format!("编码,name,level,parent\n{street}"), "row 1, column code: column_missing"),
        (String::new(), "row 1, column : no_rows"),
    ] {
        fs::write(&file, &text)?;
        let output = import(&data, &file)?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(said.contains(told) && said.contains("nothing was imported"), "{told}: {said}");
    }
    // As a spreadsheet saves it that was never told of UTF-8: 街道 in GBK.
    fs::write(&file, [HEAD.as_bytes(), b"340603099,\xbd\xd6\xb5\xc0,street,340603\n"].concat())?;
    let output = import(&data, &file)?;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("row 3, column : not_utf8"));

    assert_eq!((codes()?, here.relay.store().version()?), (before.clone(), version), "nothing was written at all");

    // Mended, it comes in whole.
    fs::write(&file, format!("{HEAD}{street}"))?;
    assert!(import(&data, &file)?.status.success());
    assert_eq!(codes()?.len(), before.len() + 1);
    Ok(())
}
