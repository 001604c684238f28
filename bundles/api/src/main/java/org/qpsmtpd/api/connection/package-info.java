/** The client's connection and the notes that plugins leave on it for each other. */
@Export
@Version("1.2.0")
@NullMarked
package org.qpsmtpd.api.connection;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
