/** Services that plugins may use: time, DNS look-ups, stores, the server's folders. */
@Export
@Version("1.2.0")
@NullMarked
package org.qpsmtpd.api.service;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
