/// Measured figures. A figure is a ratio within one run: it stands beside the reference it is measured against.
package dev.holdfast.bench;
