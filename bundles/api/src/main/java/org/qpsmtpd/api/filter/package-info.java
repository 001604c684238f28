/** What plugins share that have a filter outside the server change messages. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.filter;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
