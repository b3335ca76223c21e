// swift-tools-version: 6.2
import PackageDescription

// Targets import downwards only; README.md and docs/architecture.md say what each holds.
let package = Package(
  name: "holdfast",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "holdfast", targets: ["holdfast"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
  ],
  targets: [
    .target(name: "CKernels"),
    .target(name: "COpenBLAS"),
    .target(name: "CCompression", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("zstd")]),
    .target(name: "Diagnostics"),
    .target(name: "CDigests"),
    .target(name: "Digests", dependencies: ["CDigests"]),
    .target(name: "CMappings"),
    .target(name: "CTransfers"),
    .target(name: "Patterns", dependencies: ["Diagnostics"]),
    .target(name: "Reading", dependencies: ["CCompression", "CMappings", "Diagnostics", "Yams"]),
    .target(name: "Checkpoints", dependencies: ["CKernels", "Diagnostics", "Digests", "Patterns", "Reading"]),
    .target(name: "Tokenizers", dependencies: ["Checkpoints", "Diagnostics", "Patterns", "Reading"]),
    .target(name: "ChatTemplates", dependencies: ["Checkpoints", "Diagnostics", "Reading"]),
    .target(name: "Transformer", dependencies: ["Checkpoints", "CKernels", "COpenBLAS", "Diagnostics"]),
    .target(
      name: "Catalogue",
      dependencies: ["Diagnostics", "Digests", "Reading"],
      resources: [.embedInCode("catalogue.yaml")]),
    .target(name: "Suites", dependencies: ["Diagnostics", "Digests", "Reading"]),
    .target(
      name: "Scoring",
      dependencies: ["Checkpoints", "Diagnostics", "Digests", "Reading", "Suites", "Tokenizers", "Transformer"]),
    .target(
      name: "Served",
      dependencies: [
        "CTransfers", "Checkpoints", "Diagnostics", "Digests", "Reading", "Scoring", "Suites", "Tokenizers",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "ChatTemplates", "Checkpoints", "Diagnostics", "Patterns", "Reading", "Suites", "Tokenizers", "Transformer",
        .product(name: "Mustache", package: "swift-mustache"),
      ]),
    .target(name: "Statistics"),
    .target(name: "Overlap", dependencies: ["Diagnostics", "Reading", "Suites"]),
    .target(
      name: "Ledger",
      dependencies: ["Suites", "Diagnostics", "Reading", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(name: "Gating", dependencies: ["Diagnostics", "Digests", "Reading", "Statistics", "Suites"]),
    .target(
      name: "Reporting",
      dependencies: [
        "Diagnostics", "Gating", "Reading", "Suites", .product(name: "Mustache", package: "swift-mustache"),
      ]),
    .target(
      name: "Evaluation",
      dependencies: [
        "ChatTemplates", "Checkpoints", "Diagnostics", "Digests", "Gating", "Ledger", "Overlap", "Reading", "Reporting",
        "Scoring", "Served", "Statistics", "Suites", "Tokenizers", "Training", "Transformer",
      ]),
    .executableTarget(
      name: "holdfast",
      dependencies: [
        "Catalogue", "ChatTemplates", "Checkpoints", "Diagnostics", "Evaluation", "Gating", "Ledger", "Overlap",
        "Reading", "Reporting",
        "Scoring", "Served", "Suites", "Tokenizers", "Training", "Transformer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "ScoringBenchmark",
      dependencies: [
        "Checkpoints", "Ledger", "Overlap", "Scoring", "Suites", "Tokenizers", "Transformer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Scoring"),
    .executableTarget(
      name: "TrainingBenchmark",
      dependencies: [
        "Checkpoints", "Transformer", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Training"),
    .target(
      name: "Calibration", dependencies: ["Diagnostics", "Gating", "Statistics", "Suites"],
      path: "Benchmarks/CalibrationModel"),
    .executableTarget(
      name: "CalibrationBenchmark",
      dependencies: [
        "Calibration", "Diagnostics", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Calibration"),
    .executableTarget(
      name: "RealModelsBenchmark",
      dependencies: [
        "Checkpoints", "Diagnostics", "Evaluation", "Gating", "Ledger", "Suites", "Transformer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/RealModels"),
    .executableTarget(
      name: "ParserFuzzer",
      dependencies: [
        "ChatTemplates", "Checkpoints", "Diagnostics", "Evaluation", "Gating", "Overlap", "Patterns", "Reading",
        "Served",
        "Suites",
        "Tokenizers", "Training", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Fuzzing"),
    .target(name: "ProcessorTime", path: "Tests/ProcessorTime"),
    .testTarget(name: "CalibrationTests", dependencies: ["Calibration", "Gating", "Statistics"]),
    .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "PatternsTests", dependencies: ["Patterns", "Diagnostics", "ProcessorTime"]),
    .testTarget(name: "DigestsTests", dependencies: ["Digests", "Diagnostics"]),
    .testTarget(name: "ReadingTests", dependencies: ["Reading", "Diagnostics"]),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: ["Checkpoints", "CKernels", "Diagnostics", "Digests", "Patterns", "Reading"]),
    .testTarget(
      name: "TokenizersTests",
      dependencies: ["Tokenizers", "Checkpoints", "Diagnostics", "Patterns", "ProcessorTime", "Reading"]),
    .testTarget(
      name: "ChatTemplatesTests",
      dependencies: ["ChatTemplates", "Checkpoints", "Diagnostics", "Digests", "Reading", "Tokenizers"]),
    .testTarget(
      name: "TransformerTests", dependencies: ["Transformer", "Checkpoints", "CKernels", "COpenBLAS", "Diagnostics"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "ChatTemplates", "Checkpoints", "Diagnostics", "Reading", "Suites", "Tokenizers", "Transformer",
      ]),
    .testTarget(name: "SuitesTests", dependencies: ["Suites", "Diagnostics", "ProcessorTime"]),
    .testTarget(
      name: "ScoringTests",
      dependencies: ["Scoring", "Suites", "Tokenizers", "Transformer", "Checkpoints", "Diagnostics"]),
    .testTarget(name: "ServedTests", dependencies: ["Served", "Diagnostics", "Reading"]),
    .testTarget(name: "OverlapTests", dependencies: ["Overlap", "Reading", "Suites", "Diagnostics"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"]),
    .testTarget(
      name: "LedgerTests",
      dependencies: ["Ledger", "Suites", "Diagnostics", "ProcessorTime", .product(name: "GRDB", package: "GRDB.swift")]),
    .testTarget(name: "GatingTests", dependencies: ["Gating", "Suites", "Statistics", "Diagnostics"]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting", "Gating", "Suites", "Diagnostics"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "Checkpoints", "Diagnostics", "Digests", "Gating", "Ledger", "Reading", "Reporting", "Scoring",
        "Statistics",
        "Suites", "Training", "Transformer",
      ]),
    .testTarget(name: "CatalogueTests", dependencies: ["Catalogue", "Diagnostics"]),
    .testTarget(name: "CommandTests", dependencies: ["holdfast"]),
  ],
  swiftLanguageModes: [.v6]
)
