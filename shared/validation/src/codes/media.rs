//! Codes of media: what records show, and the objects they refer to.

use super::Text;

const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"";
const PREPARE: &str =
    "User guide, \"Prepare your datasets\"; Nova user guide, \"Preparing data for fine-tuning understanding models\"";

pub(super) const TOO_MANY: Text = Text {
    title: "More media than a record may show",
    what: "A record shows more images, or more videos, than the model takes in one record.",
    why: "Bedrock refuses it.",
    example: "eleven images in one record for Nova Lite, which takes ten",
    mend: "Take some out, or make several records of it.",
    source: NOVA,
};

pub(super) const MIXED_KINDS: Text = Text {
    title: "Images and videos in one file",
    what: "Some records of the file show images and others videos, or one record shows both.",
    why: "Nova's guide wants one kind of medium in a dataset: text and images, or text and videos.",
    example: "line 1 shows a PNG, line 2 an MP4",
    mend: "Make two datasets, and two jobs of them, one after the other.",
    source: "Nova user guide, \"Preparing data for fine-tuning understanding models\"; user guide, \"Nova 2 data preparation\"",
};

pub(super) const UNEVEN_RECORDS: Text = Text {
    title: "Only some records have an optional part",
    what: "A system text, an image, a video or a reasoning stands in some of the file's records, and not in the others.",
    why: "Each record is valid, and the guides ask for one kind of data only. AWS's SDK for Nova refuses such a file, its sample validators take it.",
    example: "line 1 has a `system`, line 2 has none",
    mend: "Give all records the part, or none, if you can; it doesn't block.",
    source: "AWS's SDK for Nova and AWS sample validators, which disagree; our own judgement that it only warns",
};

pub(super) const MISSING: Text = Text {
    title: "Medium that isn't there",
    what: "A record refers to an object that doesn't exist, or is empty.",
    why: "The job fails when it comes to that record.",
    example: "\"uri\": \"s3://my-data-bucket/img/0001.png\", and no such object",
    mend: "Upload the file, then drop the recipe again; or drop the record. Media are best uploaded first: only recipes and data files start a judgement.",
    source: NOVA,
};

pub(super) const TOO_LARGE: Text = Text {
    title: "Medium too large",
    what: "An image or a video has more bytes than the model takes.",
    why: "Bedrock refuses it.",
    example: "an image of 12 MB for Nova Lite, which takes 10",
    mend: "Compress it, or make it smaller.",
    source: PREPARE,
};

pub(super) const OF_ANOTHER_TYPE: Text = Text {
    title: "Medium of another type than declared",
    what: "An object's first bytes are those of another format than the record declares, or than the model takes.",
    why: "The job fails when it comes to that record; mostly a file was renamed and not converted.",
    example: "\"format\": \"png\" for a file that is a JPEG",
    mend: "Write the true format, where the model takes it, or convert the file.",
    source: PREPARE,
};

pub(super) const WRONG_SIZE: Text = Text {
    title: "Image of a size that the model doesn't take",
    what: "An image has too few or too many pixels, or is too long for its width.",
    why: "Bedrock refuses it.",
    example: "200 x 200 pixels for Titan Image, which takes sides of 512 to 4,096",
    mend: "Scale or crop it.",
    source: "User guide, \"Prepare your datasets\"",
};

pub(super) const SMALL_IMAGE: Text = Text {
    title: "Image smaller than AWS's SDK takes",
    what: "A side of an image has fewer pixels than AWS's own checker wants.",
    why: "AWS's pages name no limit for Nova, and its SDK refuses sides of fewer than 25 pixels.",
    example: "an icon of 16 x 16 pixels for Nova Lite",
    mend: "Scale it up; it doesn't block.",
    source: "AWS's SDK for Nova (`MIN_IMAGE_DIMENSION_PIXELS`)",
};

pub(super) const VIDEO_TOO_LONG: Text = Text {
    title: "Video longer than the model takes",
    what: "A video lasts longer than the model takes, by what its container says of itself.",
    why: "The job fails when it comes to that record.",
    example: "a video of two minutes for Nova Lite, which takes 90 seconds",
    mend: "Cut it, or make several records of it.",
    source: "Nova user guide, \"Preparing data for fine-tuning understanding models\"; Nova 2 user guide, the page of the same name",
};

pub(super) const IN_ANOTHER_BUCKET: Text = Text {
    title: "Medium in another bucket",
    what: "A record refers to an object in another bucket than the one that the records lie in.",
    why: "Nova's guide wants them in one bucket, and a stack's job may read that stack's bucket only.",
    example: "\"uri\": \"s3://another-bucket/img/0001.png\"",
    mend: "Copy the file into the dataset's folder, and write that address.",
    source: NOVA,
};

pub(super) const OUTSIDE_FOLDER: Text = Text {
    title: "Medium outside the dataset's folder",
    what: "A record refers to an object in the stack's bucket that isn't in the dataset's own folder.",
    why: "It may belong to another team, and a model must not be trained on it. tunedrop doesn't look at the object.",
    example: "\"uri\": \"s3://<the stack's bucket>/datasets/another/0001.png\"",
    mend: "Copy the file into the dataset's folder, and write that address.",
    source: "Our own judgement",
};

pub(super) const UNCHECKED: Text = Text {
    title: "Media that could not be looked at",
    what: "Some of the media that records refer to were not looked at: reading them is not allowed, or there are too many.",
    why: "Whether they are there, and fit, shows only when the job runs.",
    example: "more than 50,000 different addresses in one file",
    mend: "Put them into the dataset's folder; beyond 50,000 addresses in a file, look at the rest yourself.",
    source: "Our own judgement",
};
