//! Images in messages: those that the record contains become files, others are referred to or left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tunedrop_reshape::{LeftOut, Pictures, convert};

use crate::{FINE_TUNING, errors, training};

/// The first bytes of a PNG of this size, which tell it apart from others by the last one.
fn png(width: u32, height: u32, tail: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, tail]);
    bytes
}

fn data_url(bytes: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes))
}

fn record(images: &[&str]) -> String {
    let parts: Vec<String> = images
        .iter()
        .map(|url| format!(r#"{{"type":"image_url","image_url":{{"url":"{url}","detail":"low"}}}}"#))
        .collect();
    format!(
        r#"{{"messages":[{{"role":"user","content":[{{"type":"text","text":"What is it?"}},{}]}},{{"role":"assistant","content":"A bolt."}}]}}"#,
        parts.join(",")
    )
}

fn pictures() -> Pictures {
    Pictures::new(Some("s3://bucket/datasets/bolts/".to_owned()), "my train")
}

#[track_caller]
fn left_out(record: &str, model: &str) -> LeftOut {
    let mut pictures = pictures();
    let left_out = convert(record, None, training(model, FINE_TUNING), &mut pictures).expect_err(record);
    assert!(pictures.take().is_empty(), "an image of a record that was left out would be written");
    left_out
}

#[test]
fn writes_each_content_once_and_refers_to_it() {
    let (one, other) = (data_url(&png(64, 64, 1)), data_url(&png(64, 64, 2)));
    let mut pictures = pictures();
    let training = training("nova-lite", FINE_TUNING);
    let mut convert = |record: &str| {
        let converted_record =
            convert(record, None, training, &mut pictures).unwrap_or_else(|left_out| panic!("{}", left_out.why));
        assert_eq!(errors(&converted_record.line, training), Vec::<String>::new(), "{}", converted_record.line);
        let names: Vec<String> = pictures.take().into_iter().map(|picture| picture.name).collect();
        (converted_record, names)
    };
    let (converted_record, names) = convert(&record(&[&one, &other, &one]));
    assert_eq!(names, ["my-train-1.png", "my-train-2.png"]);
    assert_eq!(converted_record.dropped, ["content[].image_url.detail"]);
    let block =
        r#"{"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/datasets/bolts/my-train-1.png"}}}}"#;
    assert_eq!(converted_record.line.matches(block).count(), 2, "{}", converted_record.line);
    // In a later record, the same content isn't written again.
    let (converted_record, names) = convert(&record(&[&other]));
    assert!(names.is_empty() && converted_record.line.contains("my-train-2.png"), "{}", converted_record.line);
}

#[test]
fn reads_images_of_every_layout() {
    let data = STANDARD.encode(png(64, 64, 1));
    let in_messages = |part: String| {
        format!(
            r#"{{"messages":[{{"role":"user","content":[{part},{{"type":"text","text":"x"}}]}},{{"role":"assistant","content":"y"}}]}}"#
        )
    };
    for record in [
        in_messages(format!(r#"{{"type":"image_url","image_url":"data:image/png;base64,{data}"}}"#)),
        in_messages(format!(r#"{{"type":"input_image","image_url":"data:image/png;base64,{data}"}}"#)),
        in_messages(format!(r#"{{"type":"image","image":"data:image/png;base64,{data}"}}"#)),
        in_messages(format!(
            r#"{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{data}"}}}}"#
        )),
        in_messages(format!(r#"{{"image":{{"format":"png","source":{{"bytes":"{data}"}}}}}}"#)),
        format!(
            r#"{{"contents":[{{"role":"user","parts":[{{"inlineData":{{"mimeType":"image/png","data":"{data}"}}}},{{"text":"x"}}]}},{{"role":"model","parts":[{{"text":"y"}}]}}]}}"#
        ),
    ] {
        let mut pictures = pictures();
        let converted_record = convert(&record, None, training("nova-pro", FINE_TUNING), &mut pictures);
        let converted_record = converted_record.unwrap_or_else(|left_out| panic!("{record}: {}", left_out.why));
        assert!(converted_record.line.contains("my-train-1.png"), "{}", converted_record.line);
        assert_eq!(pictures.take().iter().map(|picture| picture.bytes.len()).sum::<usize>(), 30);
    }
}

#[test]
fn refers_to_images_in_s3() {
    let mut none = Pictures::default();
    let converted_record =
        convert(&record(&["s3://bucket/datasets/bolts/1.JPG"]), None, training("nova-lite", FINE_TUNING), &mut none);
    let line = converted_record.expect("it is in S3").line;
    assert!(
        line.contains(r#""format":"jpeg","source":{"s3Location":{"uri":"s3://bucket/datasets/bolts/1.JPG"}}"#),
        "{line}"
    );
}

#[test]
fn lists_the_links_of_a_record_that_is_left_out() {
    let left_out = left_out(&record(&["https://example.com/1.png", "http://example.com/2.png"]), "nova-lite");
    assert!(left_out.why.contains("nothing is downloaded"), "{}", left_out.why);
    assert_eq!(left_out.links, ["https://example.com/1.png", "http://example.com/2.png"]);
}

#[test]
fn says_why_an_image_is_not_taken() {
    let image = data_url(&png(64, 64, 1));
    let many = vec![image.as_str(); 11];
    for (record, model, part) in [
        (record(&[&image]), "nova-micro", "it has an image, and this model takes text"),
        (record(&[&image]), "titan-text-express", "it has an image, and this model takes text"),
        (record(&["https://example.com/1.png"]), "nova-micro", "it has an image, and this model takes text"),
        (record(&many), "nova-lite", "it has 11 images, and this model takes 10"),
        (record(&[&data_url(b"BM bitmap")]), "nova-lite", "none of PNG, JPEG, GIF and WebP"),
        (record(&[&data_url(&png(9, 64, 1))]), "llama-3-2-11b", "the image has 9 x 64 pixels"),
        (record(&["data:image/png;base64,%%%"]), "nova-lite", "isn't valid base64"),
        (record(&["images/1.png"]), "nova-lite", "none of a data URL, a link and an S3 URI"),
        (record(&["s3://bucket/a b/1.png"]), "nova-lite", "can't be used"),
        (record(&[&image]).replace("\"user\"", "\"system\""), "nova-lite", "the system prompt has an image"),
    ] {
        let left_out = left_out(&record, model);
        assert!(left_out.why.contains(part), "{}", left_out.why);
    }
    let mut nowhere = Pictures::default();
    let left_out = convert(&record(&[&image]), None, training("nova-lite", FINE_TUNING), &mut nowhere);
    assert!(left_out.expect_err("no folder").why.contains("--media s3://BUCKET/datasets/NAME/"));
}

#[test]
fn forgets_the_images_of_a_record_that_is_left_out() {
    let (good, bad) = (data_url(&png(64, 64, 1)), data_url(b"BM bitmap"));
    let mut pictures = pictures();
    let training = training("nova-lite", FINE_TUNING);
    assert!(convert(&record(&[&good, &bad]), None, training, &mut pictures).is_err());
    assert!(pictures.take().is_empty());
    assert!(convert(&record(&[&good]), None, training, &mut pictures).is_ok());
    assert_eq!(pictures.take().len(), 1);
}
