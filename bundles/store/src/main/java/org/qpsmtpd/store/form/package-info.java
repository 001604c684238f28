/**
 * What a bundle offers that keeps entries in its own way, and the rules that are the same for all.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.store.form;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
