/** Answers of HTTP services, and JSON, for plugins that ask such services. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.http;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
