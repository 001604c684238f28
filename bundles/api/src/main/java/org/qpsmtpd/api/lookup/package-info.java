/** What plugins share that look up whether there is a recipient's mailbox. */
@Export
@Version("1.1.0")
@NullMarked
package org.qpsmtpd.api.lookup;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
