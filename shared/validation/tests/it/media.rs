//! The media that records refer to, and the checks of these objects.

use tunedrop_validation::catalogue::MediaLimits;
use tunedrop_validation::{
    Code, Customization, FileCheck, Findings, MediaFolder, MediumKind, MediumMet, MediumSeen, Role, Training,
    check_buckets, check_left, check_medium, wanted_behind,
};

use crate::support::{rules, shown, validate};

fn record(media: &[(&str, &str, &str)]) -> String {
    let block = |(kind, format, uri): &(&str, &str, &str)| {
        format!(r#"{{"{kind}": {{"format": "{format}", "source": {{"s3Location": {{"uri": "{uri}"}}}}}}}}"#)
    };
    let blocks: Vec<String> = media.iter().map(block).collect();
    format!(
        r#"{{"schemaVersion": "bedrock-conversation-2024", "messages": [{{"role": "user", "content": [{}]}}, {{"role": "assistant", "content": [{{"text": "a"}}]}}]}}"#,
        blocks.join(", ")
    ) + "\n"
}

#[test]
fn reports_each_address_once_at_its_first_location() {
    let training = rules("nova-lite", Customization::FineTuning);
    let file = [
        record(&[("image", "png", "s3://abc/1.png"), ("image", "png", "s3://abc/2.png")]),
        record(&[("image", "png", "s3://abc/2.png"), ("image", "jpeg", "s3://abc/2.png")]),
        record(&[("image", "png", "s3://abc/not this one")]),
        record(&[("image", "tiff", "s3://abc/3.tiff"), ("image", "png", "s3://abc/4.png")]),
    ]
    .concat();
    for size in [1, 100, 10_000] {
        let report = validate(training, file.as_bytes().chunks(size));
        let met: Vec<_> = report.media.iter().map(|one| (one.line, one.format.as_deref(), one.uri.as_str())).collect();
        let expected = [
            (1, Some("png"), "s3://abc/1.png"),
            (1, Some("png"), "s3://abc/2.png"),
            (2, Some("jpeg"), "s3://abc/2.png"),
            (4, None, "s3://abc/3.tiff"),
            (4, Some("png"), "s3://abc/4.png"),
        ];
        assert_eq!(met, expected);
        let first = &report.media[0];
        assert_eq!(first.pointer, "/messages/0/content/0/image/source/s3Location/uri");
        assert_eq!(file.as_bytes()[first.column as usize - 1..][..16], *b"\"s3://abc/1.png\"");
        assert_eq!(report.media_left, 0);
    }
}

#[test]
fn of_more_addresses_than_are_kept_the_rest_is_counted() {
    let training = rules("nova-canvas", Customization::FineTuning);
    let line = |at: usize| format!("{{\"image-ref\": \"s3://abc/{at}.png\", \"caption\": \"text {at}\"}}\n");
    let file: String = (0..50_003).map(line).chain([line(7)]).collect();
    let report = validate(training, file.as_bytes().chunks(1 << 20));
    assert_eq!((report.media.len(), report.media_left), (50_000, 3));
    let left = check_left("train.jsonl", report.media_left).expect("some are left");
    assert!(left.message.contains("50,000") && left.message.contains(" 3 "), "{}", left.message);
    assert_eq!(check_left("train.jsonl", 0), None);
}

fn met(kind: MediumKind, format: Option<&str>) -> MediumMet {
    let (uri, format) = ("s3://abc/datasets/d/1".to_owned(), format.map(str::to_owned));
    MediumMet { kind, uri, format, line: 7, column: 12, pointer: "/image-ref".to_owned() }
}

/// Returns the finding about an object of this size that begins with these bytes.
fn shown_findings(training: &Training, medium: &MediumMet, seen: MediumSeen) -> String {
    let mut findings = Findings::default();
    check_medium("train.jsonl", medium, &training.media, seen).into_iter().for_each(|finding| findings.push(finding));
    shown(&findings)
}

fn there(bytes: u64, head: &[u8]) -> MediumSeen<'_> {
    MediumSeen::There { bytes, head, tail: &[] }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06"].concat()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0";

#[test]
fn objects_that_fit_have_no_finding() {
    let nova = rules("nova-lite", Customization::FineTuning);
    assert_eq!(shown_findings(nova, &met(MediumKind::Image, Some("png")), there(10 << 20, PNG)), "");
    assert_eq!(shown_findings(nova, &met(MediumKind::Video, Some("mp4")), there(50 << 20, MP4)), "");
    assert_eq!(shown_findings(nova, &met(MediumKind::Video, Some("mov")), there(1, MP4)), "");
    let canvas = rules("nova-canvas", Customization::FineTuning);
    for (width, height) in [(512, 512), (4096, 1024), (512, 2048), (4096, 3072)] {
        assert_eq!(shown_findings(canvas, &met(MediumKind::Image, None), there(1000, &png(width, height))), "");
    }
    let heads = |limits: &MediaLimits| [MediumKind::Image, MediumKind::Video].map(|kind| limits.head_bytes(kind));
    assert_eq!(heads(&nova.media), [4096, 4096]);
    assert_eq!(heads(&canvas.media), [65_536, 64]);
    assert_eq!(heads(&MediaLimits::default()), [64, 64]);
}

#[test]
fn reports_invalid_objects_at_the_record() {
    let nova = rules("nova-lite", Customization::FineTuning);
    let canvas = rules("nova-canvas", Customization::FineTuning);
    let image = met(MediumKind::Image, Some("png"));
    insta::assert_snapshot!(shown_findings(nova, &image, MediumSeen::Missing), @"
    7:12 /image-ref error[missing-medium]: the image at this address doesn't exist
        upload the file, then upload the recipe again; or remove the record
    ");
    insta::assert_snapshot!(shown_findings(nova, &image, MediumSeen::Forbidden), @"
    7:12 /image-ref warning[unchecked-medium]: access to the image at this address is denied, so it wasn't checked
        put it into the dataset's folder, or check yourself that the job's role can read it
    ");
    insta::assert_snapshot!(shown_findings(nova, &image, there(0, b"")), @"
    7:12 /image-ref error[missing-medium]: the image at this address is empty
        upload the file again
    ");
    insta::assert_snapshot!(shown_findings(nova, &image, there((10 << 20) + 1, JPEG)), @"
    7:12 /image-ref error[medium-too-large]: the image has 10,485,761 bytes, and this model accepts at most 10,485,760
        compress it, or reduce its size
    7:12 /image-ref error[medium-of-another-type]: the image's first bytes are those of jpeg, not of png
        write the file's real format if the model accepts it, or convert the file
    ");
    insta::assert_snapshot!(shown_findings(nova, &met(MediumKind::Video, Some("mkv")), there((50 << 20) + 1, b"hello")), @"
    7:12 /image-ref error[medium-too-large]: the video has 52,428,801 bytes, and this model accepts at most 52,428,800
        compress it, or reduce its size
    7:12 /image-ref error[medium-of-another-type]: the video's first bytes are those of an unknown format, not of mkv
        write the file's real format if the model accepts it, or convert the file
    ");
    let drawn = met(MediumKind::Image, None);
    insta::assert_snapshot!(shown_findings(canvas, &drawn, there(1000, b"GIF89a\x80\x02\xe0\x01")), @"
    7:12 /image-ref error[medium-of-another-type]: the image's first bytes are those of gif, not of png or jpeg
        write the file's real format if the model accepts it, or convert the file
    ");
    let sizes = [(511, 600), (4097, 1200), (4096, 3073), (512, 2049), (0, 0)];
    let reported: String = sizes
        .iter()
        .map(|(width, height)| shown_findings(canvas, &drawn, there(1000, &png(*width, *height))))
        .collect();
    insta::assert_snapshot!(reported, @"
    7:12 /image-ref error[medium-wrong-size]: the image has 511 x 600 pixels, and this model requires sides of at least 512
        scale or crop the image
    7:12 /image-ref error[medium-wrong-size]: the image has 4,097 x 1,200 pixels, and this model accepts sides of at most 4,096
        scale or crop the image
    7:12 /image-ref error[medium-wrong-size]: the image has 4,096 x 3,073 pixels, and this model accepts at most 12,582,912 in total
        scale or crop the image
    7:12 /image-ref error[medium-wrong-size]: the image has 512 x 2,049 pixels, and this model accepts an aspect ratio of at most 4 to 1
        scale or crop the image
    7:12 /image-ref error[medium-wrong-size]: the image has 0 x 0 pixels, and this model requires sides of at least 512
        scale or crop the image
    ");
    insta::assert_snapshot!(shown_findings(canvas, &drawn, there(1_000_000, JPEG)), @"
    7:12 /image-ref warning[unchecked-medium]: the image's first 11 bytes don't contain its size, so it wasn't checked
        check the size yourself, or remove metadata from the beginning of the file
    ");
    insta::assert_snapshot!(shown_findings(canvas, &drawn, there(PNG.len() as u64, PNG)), @"
    7:12 /image-ref error[medium-of-another-type]: the image is truncated or damaged: its header ends before the size
        upload the file again, or create it again
    ");
}

#[test]
fn reports_media_in_another_bucket() {
    let (here, mut there) = (met(MediumKind::Image, None), met(MediumKind::Video, None));
    there.uri = "s3://abcd/datasets/d/1".to_owned();
    insta::assert_snapshot!(shown(&check_buckets("train.jsonl", &[here, there], "abc")), @"
    7:12 /image-ref error[medium-in-another-bucket]: the video is in another bucket than the records
        copy the file to the dataset's folder, and write the new address
    ");
}

#[test]
fn rejects_media_outside_the_datasets_folder_however_many_there_are() {
    let training = rules("nova-canvas", Customization::FineTuning);
    let folder = MediaFolder { bucket: Some("abc".to_owned()), prefix: "datasets/mine/".to_owned() };
    let line = |uri: String, at: usize| format!("{{\"image-ref\": \"{uri}\", \"caption\": \"text {at}\"}}\n");
    // The last of these many addresses aren't kept, but are still compared.
    let inside = (0..50_001).map(|at| line(format!("s3://abc/datasets/mine/{at}.png"), at));
    let outside =
        ["s3://abc/datasets/other/x.png", "s3://abc/datasets/mine/../other/x.png", "s3://other/datasets/mine/x.png"];
    let outside = outside.into_iter().enumerate().map(|(at, uri)| line(uri.to_owned(), 60_000 + at));
    let file: String = inside.chain(outside).collect();
    let mut check = FileCheck::new("train.jsonl", training, Role::Train, None).media_in(Some(folder));
    file.as_bytes().chunks(1 << 20).for_each(|chunk| check.feed(chunk));
    let report = check.finish();
    let count = |code: Code| report.findings.counts.get(&code).copied().unwrap_or_default();
    assert_eq!((count(Code::MediumOutsideFolder), count(Code::MediumInAnotherBucket)), (2, 1));
    assert_eq!((report.findings.errors, report.statistics.with_media), (3, 50_001));
    assert!(report.findings.kept.iter().all(|finding| !finding.message.contains("other/x")));
    assert!(report.media.iter().all(|medium| medium.uri.starts_with("s3://abc/datasets/mine/")));
}

#[test]
fn counts_records_with_media_and_how_often_they_refer_to_any() {
    let training = rules("nova-lite", Customization::FineTuning);
    let image = ("image", "png", "s3://abc/1.png");
    let text = record(&[]).replace("\"content\": []", "\"content\": [{\"text\": \"a\"}]");
    let file = [record(&[image, image]), text, record(&[image])].concat();
    let statistics = validate(training, [file.as_bytes()]).statistics;
    assert_eq!((statistics.with_media, statistics.media), (2, 3));
}

#[test]
fn small_images_are_warned_of_where_only_awss_sdk_names_a_limit() {
    for model in ["nova-lite", "nova-pro", "nova-2-lite"] {
        let nova = rules(model, Customization::FineTuning);
        let image = met(MediumKind::Image, Some("png"));
        for (width, height) in [(25, 25), (25, 4000)] {
            assert_eq!(shown_findings(nova, &image, there(1000, &png(width, height))), "");
        }
        for (width, height) in [(24, 100), (100, 24), (1, 1)] {
            let reported = shown_findings(nova, &image, there(1000, &png(width, height)));
            assert!(reported.contains("warning[small-image]") && !reported.contains("error"), "{reported}");
        }
        // A size that doesn't show is no fault where no page names a limit.
        assert_eq!(shown_findings(nova, &image, there(1 << 20, PNG)), "");
    }
    let nova = rules("nova-lite", Customization::FineTuning);
    insta::assert_snapshot!(shown_findings(nova, &met(MediumKind::Image, Some("gif")), there(1000, b"GIF89a\x10\0\x10\0")), @"
    7:12 /image-ref warning[small-image]: the image has 16 x 16 pixels, and AWS's SDK for this model requires sides of at least 25; AWS's pages give no limit
        scale the image up, if you can
    ");
}

/// An MP4 whose movie header is before or after its data, and that lasts this many milliseconds.
fn mp4(milliseconds: u32) -> (Vec<u8>, Vec<u8>) {
    let boxed = |name: &[u8], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes(), name, content].concat();
    let header = [&[0; 12][..], &1000_u32.to_be_bytes(), &milliseconds.to_be_bytes(), &[0; 80]].concat();
    let ftyp = boxed(b"ftyp", b"isom\0\0\x02\0isomiso2");
    (ftyp, boxed(b"moov", &boxed(b"mvhd", &header)))
}

#[test]
fn videos_over_the_limit_are_found_by_their_header() {
    for model in ["nova-lite", "nova-pro", "nova-2-lite"] {
        let nova = rules(model, Customization::FineTuning);
        let video = met(MediumKind::Video, Some("mp4"));
        for (milliseconds, long) in [(1, false), (90_000, false), (90_100, true), (3_600_000, true)] {
            let (ftyp, moov) = mp4(milliseconds);
            let reported = shown_findings(nova, &video, there(1 << 20, &[ftyp.clone(), moov.clone()].concat()));
            assert_eq!(reported.contains("error[video-too-long]"), long, "{milliseconds}: {reported}");
            // Cameras write the header after the data: then it is requested.
            let data = [&500_000_u32.to_be_bytes(), b"mdat".as_slice(), &[0; 100]].concat();
            let head = [ftyp.clone(), data].concat();
            let from = ftyp.len() as u64 + 500_000;
            let wanted = wanted_behind(&video, &nova.media, 1 << 20, &head);
            assert_eq!(wanted, Some(from..from + 4096));
            assert_eq!(wanted_behind(&video, &nova.media, from, &head), None);
            let seen = MediumSeen::There { bytes: 1 << 20, head: &head, tail: &moov };
            assert_eq!(shown_findings(nova, &video, seen).contains("error[video-too-long]"), long, "{milliseconds}");
            // A duration that can't be read is no problem.
            assert_eq!(shown_findings(nova, &video, there(1 << 20, &head)), "");
        }
    }
    let nova = rules("nova-lite", Customization::FineTuning);
    let (ftyp, moov) = mp4(125_250);
    insta::assert_snapshot!(shown_findings(nova, &met(MediumKind::Video, Some("mov")), there(1000, &[ftyp, moov].concat())), @"
    7:12 /image-ref error[video-too-long]: the video is 125.2 seconds long, and this model accepts at most 90
        shorten the video, or split it into several records
    ");
    let image = met(MediumKind::Image, Some("png"));
    assert_eq!(wanted_behind(&image, &nova.media, 1 << 20, PNG), None);
}
