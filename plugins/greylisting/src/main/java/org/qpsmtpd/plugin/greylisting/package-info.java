/** The plugin greylisting. */
@NullMarked
package org.qpsmtpd.plugin.greylisting;

import org.jspecify.annotations.NullMarked;
