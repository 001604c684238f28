/** Services that plugins may use: time, DNS look-ups and small key/value stores. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.service;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
