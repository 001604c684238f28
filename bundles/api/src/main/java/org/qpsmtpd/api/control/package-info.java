/**
 * A running server as its administrator sees it: what the console, and whatever else shows or
 * steers a server, is built on.
 */
@Export
@Version("1.5.0")
@NullMarked
package org.qpsmtpd.api.control;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
