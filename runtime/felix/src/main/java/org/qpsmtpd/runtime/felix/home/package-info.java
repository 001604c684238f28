/** The folders of the distribution and what the server writes into them. */
@NullMarked
package org.qpsmtpd.runtime.felix.home;

import org.jspecify.annotations.NullMarked;
