"""What all studies share: claims and reports, parts that are kept, the page of a study."""
